// SPDX-License-Identifier: Apache-2.0
/** Calls of the C library, and the structures, descriptors and waits that they need. Not for applications. */
@NullMarked
package io.overlane.tun.libc;

import org.jspecify.annotations.NullMarked;
