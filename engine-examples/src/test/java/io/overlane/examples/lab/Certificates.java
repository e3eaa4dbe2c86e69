// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Certificates made by openssl here and now: {@code NAME.pem} and {@code NAME.key} in one directory. */
public final class Certificates
{
    private static final int TIMEOUT_S = 120;
    private static final String VALID_DAYS = "2";

    /** Ten days ago: openssl 3.5 refuses to make a certificate that ends before it begins. */
    private static final List<String> LONG_AGO = List.of("faketime", "-f", "-10d");

    private final Path directory;

    /**
     * @param directory of the files.
     */
    public Certificates(final Path directory)
    {
        this.directory = directory;
    }

    /**
     * @param name of an authority to make.
     */
    public void addAuthority(final String name)
    {
        openssl(List.of(), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", VALID_DAYS, "-subj", "/CN=" + name,
            "-keyout", key(name), "-out", certificate(name));
    }

    /**
     * Make a certificate that is valid.
     *
     * @param name      of it.
     * @param authority that signs.
     * @param extension for example {@code subjectAltName=IP:127.0.0.1}.
     */
    public void add(final String name, final String authority, final String extension)
    {
        add(name, authority, extension, List.of());
    }

    /**
     * Make a certificate whose time is over.
     *
     * @param name      of it.
     * @param authority that signs.
     * @param extension for example {@code subjectAltName=IP:127.0.0.1}.
     */
    public void addExpired(final String name, final String authority, final String extension)
    {
        add(name, authority, extension, LONG_AGO);
    }

    private void add(final String name, final String authority, final String extension, final List<String> clock)
    {
        try
        {
            final Path extensions = Files.writeString(directory.resolve(name + ".ext"), extension + "\n");
            final String request = directory.resolve(name + ".csr").toString();
            openssl(List.of(), "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=" + name, "-keyout", key(name),
                "-out", request);
            openssl(clock, "x509", "-req", "-in", request, "-CA", certificate(authority), "-CAkey", key(authority),
                "-CAcreateserial", "-days", VALID_DAYS, "-extfile", extensions.toString(), "-out", certificate(name));
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /**
     * @param name of a certificate.
     * @return its file.
     */
    public String certificate(final String name)
    {
        return directory.resolve(name + ".pem").toString();
    }

    /**
     * @param name of a certificate.
     * @return the file of its key.
     */
    public String key(final String name)
    {
        return directory.resolve(name + ".key").toString();
    }

    private static void openssl(final List<String> clock, final String... arguments)
    {
        final List<String> command = new ArrayList<>(clock);
        command.add("openssl");
        command.addAll(List.of(arguments));
        LabProcess.start(command).await(TIMEOUT_S).orFail();
    }
}
