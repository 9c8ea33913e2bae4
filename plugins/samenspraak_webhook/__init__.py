"""Thin signed notices for family apps and partners (Standard Webhooks)."""
