"""cobalamin"""
