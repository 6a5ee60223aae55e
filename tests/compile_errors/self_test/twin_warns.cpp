// REFUSED: the correct twin compiles with a warning
// EXPECT: mistake
#ifdef INTAGLIO_CORRECT
int assigned(int x) {
    if (x = 1) return 2;
    return x;
}
#else
static_assert(false, "mistake");
#endif
