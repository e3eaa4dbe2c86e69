// SPDX-License-Identifier: Apache-2.0
package io.overlane.control;

/** Where an FDB entry comes from, and whether it stays. */
public enum FdbKind
{
    /** Configured by the user; stays until it is removed. Linux {@code static}. */
    STATIC,

    /** Configured by a control plane or a state; stays until it is removed. Linux {@code extern_learn}. */
    EXTERNAL,

    /** Learned from the source address of a frame; moves and ages. */
    LEARNED,

    /** Configured by the user, but moves and ages as a learned entry does; it is never evicted. */
    DYNAMIC
}
