// Calls what only another room may use; comments may name train::detail::x.
inline int first = train::detail::x;
inline int own = integer::detail::y;
inline int second = io_detail::z + intaglio::detail::w;
