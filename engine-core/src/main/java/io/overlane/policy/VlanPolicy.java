// SPDX-License-Identifier: Apache-2.0
package io.overlane.policy;

/**
 * What happens to a frame that has a VLAN tag inside the tunnel (RFC 7348 §6.1). Every tag counts, also one of 802.1ad
 * and one with a priority only. A tag that selects the segment never reaches the segment: a {@code VlanTrunk} removes
 * and adds it.
 */
public enum VlanPolicy
{
    /** It is carried with its tag, as in Linux, Open vSwitch and VPP. */
    PASS,

    /** It is carried without its tag, or without both of two tags; with three it is dropped. */
    STRIP,

    /** It is dropped. */
    DROP
}
