// REFUSED: the correct twin does not compile
// EXPECT: always
static_assert(false, "always");
