// SPDX-License-Identifier: Apache-2.0
/** Calls of the C library, and the structures, descriptors and waits that they need. Not for applications. */
package io.overlane.tun.libc;
