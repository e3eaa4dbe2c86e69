// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin;

import java.util.Map;

/**
 * The result of a command, for people and for programs.
 *
 * @param text lines, each with its end; may be empty.
 * @param json maps with text keys, lists, text, whole numbers, booleans and null, nested in any way.
 * @param next if the answer was cut, the number of the first row that is missing; 0 otherwise.
 */
public record Answer(String text, Object json, int next)
{
    /** The command succeeded and has no further result. */
    public static final Answer DONE = new Answer("", Map.of());

    /**
     * An answer that was not cut.
     *
     * @param text lines, each with its end; may be empty.
     * @param json as {@link #json()} describes it.
     */
    public Answer(final String text, final Object json)
    {
        this(text, json, 0);
    }

    /**
     * @param message one line, without its end.
     * @return an answer with this line; for programs with the member {@code message}.
     */
    public static Answer line(final String message)
    {
        return new Answer(message + "\n", Map.of("message", message));
    }

    /** @return {@link #json()} as one line of JSON (RFC 8259), without its end. */
    public String jsonText()
    {
        return JsonText.of(json);
    }
}
