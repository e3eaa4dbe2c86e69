// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A text in PEM.
 *
 * @param name of its source, for messages: a file, or a member of one.
 * @param text of it.
 */
public record Pem(String name, String text)
{
    /**
     * @param file null for none.
     * @return its text, null for none.
     * @throws IllegalArgumentException if it cannot be read; one line that names the file.
     */
    public static @Nullable Pem of(final @Nullable Path file)
    {
        return file == null ? null : new Pem(file.toString(), read(file));
    }

    /**
     * @param file to read.
     * @return its text.
     * @throws IllegalArgumentException if it cannot be read; one line that names the file.
     */
    public static String read(final Path file)
    {
        try
        {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        }
        catch (final NoSuchFileException ex)
        {
            throw new IllegalArgumentException("there is no file " + file, ex);
        }
        catch (final AccessDeniedException ex)
        {
            throw new IllegalArgumentException("no permission to read " + file, ex);
        }
        catch (final IOException ex)
        {
            throw new IllegalArgumentException(file + ": cannot be read: " + ex.getMessage(), ex);
        }
    }
}
