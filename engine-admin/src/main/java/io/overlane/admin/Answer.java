// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin;

import java.util.Map;

/**
 * The result of a command, for people and for programs.
 *
 * @param text lines, each with its end; may be empty.
 * @param json maps with text keys, lists, text, whole numbers, booleans and null, nested in any way.
 */
public record Answer(String text, Object json)
{
    /** The command succeeded and has no further result. */
    public static final Answer DONE = new Answer("", Map.of());

    /**
     * @param message one line, without its end.
     * @return an answer with this line; for programs with the member {@code message}.
     */
    public static Answer line(final String message)
    {
        return new Answer(message + "\n", Map.of("message", message));
    }
}
