"""myelin"""
