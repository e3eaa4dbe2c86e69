// SPDX-License-Identifier: Apache-2.0
/**
 * The headers a frame is made of, read and written where they lie.
 *
 * <p><b>Contract.</b> A flyweight is made once per agent and aimed at each frame with {@code wrap}; none allocates.
 * {@code check()} is the gate: after {@link io.overlane.status.DropReason#NONE} no accessor touches a byte outside the
 * wrapped range, until a setter that says so voids it. Before that, and when building a header over fresh memory, to
 * stay inside is the caller's duty. Fields are in network byte order on the wire and plain numbers here; a value too
 * wide for its field loses its upper bits. Checksums are explicit calls, never a setter's side effect.
 */
@NullMarked
package io.overlane.wire;

import org.jspecify.annotations.NullMarked;
