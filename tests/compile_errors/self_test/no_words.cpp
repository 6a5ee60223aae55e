// REFUSED: has no line
#ifndef INTAGLIO_CORRECT
static_assert(false);
#endif
