// SPDX-License-Identifier: Apache-2.0
/** Underlay and devices for applications that use Netty's event loops, and frames in {@code ByteBuf}s. */
@NullMarked
package io.overlane.netty;

import org.jspecify.annotations.NullMarked;
