// SPDX-License-Identifier: Apache-2.0
/** Frames that are too long for a path: the path MTUs that the engine knows, and the ICMP errors to the senders. */
@NullMarked
package io.overlane.pipeline.oversize;

import org.jspecify.annotations.NullMarked;
