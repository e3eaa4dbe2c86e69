// SPDX-License-Identifier: Apache-2.0
package io.overlane.policy;

/**
 * What becomes of a frame that carries a VLAN tag inside the tunnel (RFC 7348 §6.1). Any tag counts, one of 802.1ad and
 * one that carries only a priority too. A tag that selects the segment is not the segment's business: a
 * {@code VlanTrunk} takes it off and puts it on.
 */
public enum VlanPolicy
{
    /** It goes on with its tag, as with Linux, Open vSwitch and VPP. */
    PASS,

    /** It goes on without its tag, or both of two; with three it is dropped. */
    STRIP,

    /** It is dropped. */
    DROP
}
