// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * {@code net-conf.json}, the network's configuration under Kubernetes.
 *
 * @param file whose text it is.
 */
public record NetConfFile(Path file) implements Supplier<String>
{
    /** @throws RegistryException of kind {@code NOT_FOUND} if the file is not there yet. */
    @Override
    public String get()
    {
        try
        {
            return Files.readString(file);
        }
        catch (final NoSuchFileException ex)
        {
            throw new RegistryException(Kind.NOT_FOUND, "there is no file " + file, ex);
        }
        catch (final AccessDeniedException ex)
        {
            throw new RegistryException(Kind.REFUSED, "no permission to read " + file, ex);
        }
        catch (final CharacterCodingException ex)
        {
            throw new RegistryException(Kind.MALFORMED, file + ": not text in UTF-8", ex);
        }
        catch (final IOException ex)
        {
            throw new RegistryException(Kind.REFUSED, file + ": cannot be read: " + ex.getMessage(), ex);
        }
    }
}
