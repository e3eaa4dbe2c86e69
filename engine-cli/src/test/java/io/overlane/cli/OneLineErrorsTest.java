// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** What an operator reads of an error. */
class OneLineErrorsTest
{
    @Test
    void shouldPrintReportsOfTheEngineWithoutTheNameOfAClass()
    {
        assertEquals("port vx1 was closed",
            OneLineErrors.message(new IllegalStateException("port vx1 was closed")));
    }

    @Test
    void shouldNameTheClassOfWhatNobodyWroteForAPerson()
    {
        assertEquals("NullPointerException it is null", OneLineErrors.message(new NullPointerException("it is null")));
    }
}
