// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

/**
 * The don't-fragment bit of outer IPv4 headers. IPv6 has none and routers behave as if it were set. This host never
 * fragments (RFC 7348 §4.3): a clear bit only permits routers to do so.
 */
public enum DontFragment
{
    /** As the underlay does by default: set, unless it was opened to fragment. Linux: clear. */
    DEFAULT,

    /** Always set. */
    SET,

    /** Always clear: routers may fragment. */
    UNSET,

    /** As in the inner IPv4 header; set for inner IPv6, clear for other frames. Linux {@code df inherit}. */
    INHERIT
}
