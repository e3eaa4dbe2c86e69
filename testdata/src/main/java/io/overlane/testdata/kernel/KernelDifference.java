// SPDX-License-Identifier: Apache-2.0
package io.overlane.testdata.kernel;

import java.util.function.Predicate;

/**
 * An intended difference between the engine and Linux.
 *
 * @param row    of {@code docs/conformance.md} about the same subject.
 * @param aspect in which the two differ, as the comparison names it.
 * @param kernel value with Linux.
 * @param engine value with the engine by default.
 * @param reason for the difference.
 * @param cases  that all differ in exactly this way.
 */
public record KernelDifference(
    int row, String aspect, String kernel, String engine, String reason, Predicate<KernelCase> cases)
{
    /** @return true if it differs in this way. */
    public boolean isOf(final KernelCase kernel)
    {
        return cases.test(kernel);
    }
}
