// SPDX-License-Identifier: Apache-2.0
package io.overlane.policy;

/** When a received frame is dropped that has a wrong source MAC. */
public enum DropWhen
{
    /** Never: it is delivered, and not learned. */
    NEVER,

    /** If the segment learns, because the address would corrupt the FDB; else it is delivered. */
    IF_LEARNING,

    /** Always. */
    ALWAYS;

    /** Whether it applies to a segment that learns or does not learn. */
    public boolean applies(final boolean learning)
    {
        return this == ALWAYS || this == IF_LEARNING && learning;
    }
}
