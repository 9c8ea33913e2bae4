"""The demo: a hub and the systems around it as processes on this machine, and what happens in a care home.

``organisation`` is who there is, ``situations`` what happens, ``checker`` looks what came of it. The checker
sees the systems only as anybody outside would: over their own HTTP interfaces.
"""
