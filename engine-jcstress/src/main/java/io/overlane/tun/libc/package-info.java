// SPDX-License-Identifier: Apache-2.0
/** Stress tests of descriptors. */
package io.overlane.tun.libc;
