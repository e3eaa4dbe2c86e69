// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** TLS settings from texts in PEM. */
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
        return context(Pem.of(caFile), Pem.of(certFile), Pem.of(keyFile));
    }

    /**
     * @param ca   certificates to trust, null for those of the JVM.
     * @param cert certificate of the client and its chain, null for none.
     * @param key  its private key, null without a certificate.
     * @return a context with them.
     * @throws IllegalArgumentException if a text cannot be used; one line that names it.
     */
    public static SSLContext context(final @Nullable Pem ca, final @Nullable Pem cert, final @Nullable Pem key)
    {
        return context(() -> ca == null ? null : trustManagers(ca), cert, key);
    }

    /**
     * For a server whose certificate nobody can check: anybody on the way to it can read and change everything.
     *
     * @param cert certificate of the client and its chain, null for none.
     * @param key  its private key, null without a certificate.
     * @return a context that accepts every server.
     * @throws IllegalArgumentException if a text cannot be used; one line that names it.
     */
    public static SSLContext trustingAny(final @Nullable Pem cert, final @Nullable Pem key)
    {
        return context(() -> new TrustManager[]{new TrustAny()}, cert, key);
    }

    /** Makes trust managers. */
    @FunctionalInterface
    private interface Trust
    {
        TrustManager @Nullable [] managers() throws GeneralSecurityException, IOException;
    }

    private static SSLContext context(final Trust trust, final @Nullable Pem cert, final @Nullable Pem key)
    {
        try
        {
            final SSLContext context = SSLContext.getInstance("TLS");
            context.init(cert == null || key == null ? null : keyManagers(cert, key), trust.managers(), null);
            return context;
        }
        catch (final GeneralSecurityException | IOException ex)
        {
            throw new IllegalArgumentException("TLS cannot be set up: " + ex.getMessage(), ex);
        }
    }

    private static TrustManager[] trustManagers(final Pem ca) throws GeneralSecurityException, IOException
    {
        final KeyStore store = emptyStore();
        int count = 0;
        for (final Certificate certificate : certificates(ca))
        {
            store.setCertificateEntry("ca-" + count++, certificate);
        }
        final TrustManagerFactory factory =
            TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyManager[] keyManagers(final Pem cert, final Pem key)
        throws GeneralSecurityException, IOException
    {
        final KeyStore store = emptyStore();
        store.setKeyEntry(
            "client", PemKey.read(key), NO_PASSWORD, certificates(cert).toArray(new Certificate[0]));
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

    private static List<Certificate> certificates(final Pem pem) throws CertificateException
    {
        final List<Certificate> certificates = new ArrayList<>();
        final CertificateFactory factory = CertificateFactory.getInstance("X.509");
        for (final PemBlock block : PemBlock.all(pem))
        {
            if (block.label().equals("CERTIFICATE"))
            {
                certificates.add(certificate(factory, pem, block));
            }
        }
        if (certificates.isEmpty())
        {
            throw new IllegalArgumentException(pem.name() + ": no PEM certificate in it");
        }
        return certificates;
    }

    private static Certificate certificate(final CertificateFactory factory, final Pem pem, final PemBlock block)
    {
        try
        {
            return factory.generateCertificate(new ByteArrayInputStream(block.der()));
        }
        catch (final CertificateException ex)
        {
            throw new IllegalArgumentException(pem.name() + ": not a usable certificate (" +
                HttpFailure.oneLine(ex.getMessage()) + ")", ex);
        }
    }

    /** Accepts every certificate; as it is an extended one, the JDK checks no names either. */
    private static final class TrustAny extends X509ExtendedTrustManager
    {
        @Override
        public void checkClientTrusted(final X509Certificate[] chain, final String type)
        {
        }

        @Override
        public void checkClientTrusted(final X509Certificate[] chain, final String type, final Socket socket)
        {
        }

        @Override
        public void checkClientTrusted(final X509Certificate[] chain, final String type, final SSLEngine engine)
        {
        }

        @Override
        public void checkServerTrusted(final X509Certificate[] chain, final String type)
        {
        }

        @Override
        public void checkServerTrusted(final X509Certificate[] chain, final String type, final Socket socket)
        {
        }

        @Override
        public void checkServerTrusted(final X509Certificate[] chain, final String type, final SSLEngine engine)
        {
        }

        @Override
        public X509Certificate[] getAcceptedIssuers()
        {
            return new X509Certificate[0];
        }
    }
}
