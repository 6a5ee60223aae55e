// REFUSED: the mistake compiles
// EXPECT: static
static_assert(true);
