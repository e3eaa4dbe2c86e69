// SPDX-License-Identifier: Apache-2.0
/**
 * The interface that jnr-ffi implements with a class it generates at run time. That class is in no named module, so the
 * package must be exported to all. Not for applications.
 */
@NullMarked
package io.overlane.tun.calls;

import org.jspecify.annotations.NullMarked;
