# The header of the PROXY protocol.
cmta_fuzz(proxy fuzz_proxy.c)
