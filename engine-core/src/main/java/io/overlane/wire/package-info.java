// SPDX-License-Identifier: Apache-2.0
/**
 * The headers of a frame, read and written in place.
 *
 * <p><b>Contract.</b> A flyweight is made once per agent and aimed at each header with
 * {@code wrap(buffer, offset, length)}: the first byte of the header, from the start of the buffer, and the bytes from
 * there to the end of the frame, all of which lie in the buffer. No method allocates. {@code check()} is the gate:
 * after {@link io.overlane.status.DropReason#NONE} no accessor touches a byte outside the wrapped range, until a
 * setter that voids it, which its comment says. Before a check, and when building a header over fresh memory, the
 * caller must stay inside. Setters return the flyweight. Fields are in network byte order on the wire and plain
 * numbers here; a value too wide for its field loses its upper bits. Only methods named for it change a checksum.
 */
@NullMarked
package io.overlane.wire;

import org.jspecify.annotations.NullMarked;
