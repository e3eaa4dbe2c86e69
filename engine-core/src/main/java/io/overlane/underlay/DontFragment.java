// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

/**
 * The don't-fragment bit of outer IPv4 headers. IPv6 has none and behaves as if it were set. Whatever it says, nothing
 * is fragmented on this host (RFC 7348 §4.3): a clear bit only lets routers do it.
 */
public enum DontFragment
{
    /** As the underlay does by itself: set, unless it was opened to fragment. Linux: clear. */
    DEFAULT,

    /** Always set. */
    SET,

    /** Always clear: routers on the way may fragment. */
    UNSET,

    /** As the inner IPv4 header; set for inner IPv6, clear for what is not IP. Linux {@code df inherit}. */
    INHERIT
}
