// SPDX-License-Identifier: Apache-2.0
package io.overlane.policy;

/**
 * The rules of a segment before and after a change.
 *
 * @param before the rules before.
 * @param after  the rules now; the same object if no rule is different.
 */
public record PolicyChange(SegmentPolicy before, SegmentPolicy after)
{
    /** @return true if no rule is different. */
    public boolean isEmpty()
    {
        return before == after;
    }
}
