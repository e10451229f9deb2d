"""Privacy: whatever picture leaves this process has its faces and plates blurred."""
