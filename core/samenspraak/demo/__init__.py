"""The demo: a hub and the systems around it as processes on this machine, and what happens in a care home.

``organisation`` is who there is, ``situations`` what happens, ``checks`` look what came of it. The checks
see the systems only as anybody outside would: over their own HTTP interfaces.
"""
