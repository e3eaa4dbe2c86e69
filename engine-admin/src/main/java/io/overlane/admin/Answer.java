// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin;

import java.util.Map;

/**
 * What a command found, twice: for a person and for a program.
 *
 * @param text lines, each with its end; may be empty.
 * @param json maps with text keys, lists, text, whole numbers, booleans and null, nested in any way.
 */
public record Answer(String text, Object json)
{
    /** Nothing to tell but that it is done. */
    public static final Answer DONE = new Answer("", Map.of());

    /**
     * @param message one line, without its end.
     * @return an answer that is this line, and the member {@code message} for a program.
     */
    public static Answer line(final String message)
    {
        return new Answer(message + "\n", Map.of("message", message));
    }
}
