// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin;

import java.nio.channels.WritableByteChannel;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The result of a command, for people and for programs.
 *
 * @param text   lines, each with its end; may be empty.
 * @param json   maps with text keys, lists, text, whole numbers, booleans and null, nested in any way.
 * @param next   if the answer was cut, the number of the first row that is missing; 0 otherwise.
 * @param stream gets the connection in place of an answer, and closes it; null for an answer. A write to it waits for
 *               the client, so it happens on another thread. It is no longer open once the client has gone.
 */
public record Answer(String text, Object json, int next, @Nullable Consumer<WritableByteChannel> stream)
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
     * An answer that may have been cut.
     *
     * @param text lines, each with its end; may be empty.
     * @param json as {@link #json()} describes it.
     * @param next as {@link #next()} describes it.
     */
    public Answer(final String text, final Object json, final int next)
    {
        this(text, json, next, null);
    }

    /** @return an answer that is a stream of bytes, as {@link #stream()} describes it. */
    public static Answer ofStream(final Consumer<WritableByteChannel> stream)
    {
        return new Answer("", Map.of(), 0, stream);
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
