// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import io.overlane.flannel.http.Pem;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A text that is given, or in a file whose content other programs replace.
 *
 * @param name of it, for messages.
 * @param file null for a given text.
 * @param text the given text; empty for a file.
 */
record FileText(String name, @Nullable Path file, String text)
{
    static FileText in(final Path file)
    {
        return new FileText(file.toString(), file, "");
    }

    static FileText given(final String name, final String text)
    {
        return new FileText(name, null, text);
    }

    /**
     * @return the text as it is now.
     * @throws IllegalArgumentException if the file cannot be read; one line that names it.
     */
    String read()
    {
        return file == null ? text : Pem.read(file);
    }

    static @Nullable Pem pem(final @Nullable FileText source)
    {
        return source == null ? null : new Pem(source.name, source.read());
    }

    /** Leaves the text out, which may be secret. */
    @Override
    public String toString()
    {
        return name;
    }
}
