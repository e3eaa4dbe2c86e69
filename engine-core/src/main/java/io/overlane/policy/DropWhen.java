// SPDX-License-Identifier: Apache-2.0
package io.overlane.policy;

/** When a received frame is dropped whose source MAC is one it should not have. */
public enum DropWhen
{
    /** Never: it is delivered, and not learned. */
    NEVER,

    /** If the segment learns, where the address would spoil the FDB; else it is delivered. */
    IF_LEARNING,

    /** Always. */
    ALWAYS;

    boolean applies(final boolean learning)
    {
        return this == ALWAYS || this == IF_LEARNING && learning;
    }
}
