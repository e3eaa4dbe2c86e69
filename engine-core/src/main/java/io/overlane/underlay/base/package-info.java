// SPDX-License-Identifier: Apache-2.0
/** Parts of underlays: addresses of sockets and lengths of outer headers. Not for applications. */
@NullMarked
package io.overlane.underlay.base;

import org.jspecify.annotations.NullMarked;
