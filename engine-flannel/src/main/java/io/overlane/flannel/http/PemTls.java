// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** TLS settings from PEM files. */
public final class PemTls
{
    private static final char[] NO_PASSWORD = new char[0];

    private PemTls()
    {
    }

    /**
     * @param caFile  certificates to trust, null for those of the JVM.
     * @param keyFile its private key, null without a certificate.
     * @return a context with them.
     * @throws IllegalArgumentException if a file cannot be used; one line that names it.
     */
    public static SSLContext context(
        final @Nullable Path caFile, final @Nullable Path certFile, final @Nullable Path keyFile)
    {
        try
        {
            final SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                certFile == null || keyFile == null ? null : keyManagers(certFile, keyFile),
                caFile == null ? null : trustManagers(caFile),
                null);
            return context;
        }
        catch (final GeneralSecurityException | IOException ex)
        {
            throw new IllegalArgumentException(
                "TLS from " + caFile + ", " + certFile + ", " + keyFile + ": " + ex.getMessage(), ex);
        }
    }

    private static TrustManager[] trustManagers(final Path caFile) throws GeneralSecurityException, IOException
    {
        final KeyStore store = emptyStore();
        int count = 0;
        for (final Certificate certificate : certificates(caFile))
        {
            store.setCertificateEntry("ca-" + count++, certificate);
        }
        final TrustManagerFactory factory =
            TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyManager[] keyManagers(final Path certFile, final Path keyFile)
        throws GeneralSecurityException, IOException
    {
        final KeyStore store = emptyStore();
        store.setKeyEntry(
            "client", PemKey.read(keyFile), NO_PASSWORD, certificates(certFile).toArray(new Certificate[0]));
        final KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException
    {
        final KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static List<Certificate> certificates(final Path file) throws GeneralSecurityException
    {
        final List<Certificate> certificates = new ArrayList<>();
        final CertificateFactory factory = CertificateFactory.getInstance("X.509");
        for (final PemBlock block : PemBlock.all(read(file)))
        {
            if (block.label().equals("CERTIFICATE"))
            {
                certificates.add(factory.generateCertificate(new ByteArrayInputStream(block.der())));
            }
        }
        if (certificates.isEmpty())
        {
            throw new IllegalArgumentException(file + ": no PEM certificate in it");
        }
        return certificates;
    }

    static String read(final Path file)
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
