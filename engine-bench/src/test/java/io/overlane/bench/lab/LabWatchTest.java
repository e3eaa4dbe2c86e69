// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What the watch answers to the script, on this machine. */
final class LabWatchTest
{
    private static final String ANSWER = " foreign_before_percent=[0-9.]+ others_percent=[0-9.]+ " +
        "steal_percent=[0-9.]+ idle_percent=[0-9.]+ waiting_percent=[0-9.]+ load=[0-9.]+";

    @Test
    void shouldAnswerEachQuestionWithALine() throws IOException, InterruptedException
    {
        final String[] lines = answers(new DiscardRule(100), "begin\nend\nbegin\nbusy\nend\n");

        assertEquals(5, lines.length);
        assertEquals("begin", lines[0]);
        assertTrue(lines[1].matches("kept" + ANSWER), lines[1]);
        assertEquals("begin", lines[2]);
        assertTrue(lines[3].matches("-?[0-9]+"), lines[3]);
        assertTrue(lines[4].matches("kept" + ANSWER), lines[4]);
    }

    @Test
    void shouldBeginWithoutQuietAfterItsPatience() throws IOException, InterruptedException
    {
        final String[] lines = answers(new DiscardRule(-1), "begin\nend\n");

        assertEquals("begin", lines[0]);
        assertTrue(lines[1].matches("disturbed" + ANSWER), lines[1]);
    }

    private static String[] answers(final DiscardRule rule, final String questions)
        throws IOException, InterruptedException
    {
        final ByteArrayOutputStream answers = new ByteArrayOutputStream();
        new LabWatch(ProcessHandle.current().pid(), rule, 0).answer(
            new BufferedReader(new StringReader(questions)), new PrintStream(answers, true, StandardCharsets.UTF_8));
        return answers.toString(StandardCharsets.UTF_8).split("\\R");
    }
}
