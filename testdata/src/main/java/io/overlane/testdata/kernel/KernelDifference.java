// SPDX-License-Identifier: Apache-2.0
package io.overlane.testdata.kernel;

import java.util.function.Predicate;

/**
 * A place where the engine does not do as Linux does, and means it.
 *
 * @param row    of {@code docs/conformance.md}, which says the same of what it is about.
 * @param aspect of a case's outcome in which the two differ, as the comparison names it.
 * @param kernel what it is with Linux.
 * @param engine what it is with the engine, by default.
 * @param reason why, in words.
 * @param cases  those that differ so: all of them, in exactly this way.
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
