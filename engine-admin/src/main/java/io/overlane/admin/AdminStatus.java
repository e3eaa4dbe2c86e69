// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a request ended. The ordinal is the exit code of a command that sends it. */
public enum AdminStatus
{
    /** The body is the answer. */
    OK,

    /** The request is valid, but cannot be carried out now. */
    REFUSED,

    /** The request is wrong. */
    USAGE;

    private static final AdminStatus[] VALUES = values();

    /** @return 0, 1 or 2. */
    public int exitCode()
    {
        return ordinal();
    }

    /**
     * @param word at the start of an answer.
     * @return the status of this name.
     */
    static @Nullable AdminStatus ofWord(final String word)
    {
        for (final AdminStatus status : VALUES)
        {
            if (status.toString().equals(word))
            {
                return status;
            }
        }
        return null;
    }

    @Override
    public String toString()
    {
        return name().toLowerCase(Locale.ROOT);
    }
}
