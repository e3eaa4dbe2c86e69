// SPDX-License-Identifier: Apache-2.0
package io.overlane.policy;

/** How congestion marks of the outer header are carried into the inner one on receipt. */
public enum EcnPolicy
{
    /** As RFC 6040 §4.2, figure 4, also behind VLAN tags; a frame that cannot carry the mark is dropped. */
    RFC6040,

    /**
     * The same for frames without a VLAN tag; tagged frames stay unchanged, as in Linux, which does not look behind the
     * tag.
     */
    UNTAGGED,

    /** Not at all. For an underlay whose marks cannot be trusted: anyone who can set them can have frames dropped. */
    NONE
}
