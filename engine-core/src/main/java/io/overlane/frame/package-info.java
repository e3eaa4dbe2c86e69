/**
 * A frame where it lies: bytes in a buffer with headroom in front, and the offload metadata that travels with them.
 *
 * <p><b>Lending.</b> Whoever reads frames from outside (a {@code Port}, an {@code Underlay}) owns their memory and
 * lends them to the caller until the caller's next {@code poll} on the same source. One thread carries a frame from
 * read to write, so nothing is counted, copied or released in between; who wants to keep bytes for longer copies them.
 */
package io.overlane.frame;
