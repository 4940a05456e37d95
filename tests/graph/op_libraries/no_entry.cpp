// A shared library, but none of ops.
extern "C" int answer();
extern "C" int answer() { return 42; }
