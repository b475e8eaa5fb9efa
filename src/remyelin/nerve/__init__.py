"""nerve"""
