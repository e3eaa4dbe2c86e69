// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.http;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Explains to an operator why a request failed, and to its caller whether to send it again. */
public final class HttpFailure
{
    /** Alerts of RFC 8446 §6.2 that a server sends when it refuses a client. */
    private static final Pattern REFUSAL =
        Pattern.compile(".*Received fatal alert: (\\w*certificate\\w*|unknown_ca|access_denied)");

    /** Longest text of a server in a message, in characters. */
    private static final int MAX_TEXT = 200;

    private HttpFailure()
    {
    }

    /**
     * @param failure thrown by {@link HttpClient} or {@link HttpStream}.
     * @return true if the server may have closed a kept connection just now, so the request is worth a second attempt.
     */
    public static boolean isStale(final IOException failure)
    {
        return !(failure instanceof ConnectException || failure instanceof SSLException ||
            failure instanceof SocketTimeoutException);
    }

    /**
     * @param failure     thrown by {@link HttpClient} or {@link HttpStream}.
     * @param server      what the server is, for example {@code etcd}.
     * @param certificate name of the client's certificate; null if it has none.
     * @return one line.
     */
    public static String line(final IOException failure, final String server, final @Nullable String certificate)
    {
        if (failure instanceof ConnectException)
        {
            return "cannot connect (" + oneLine(failure.getMessage()) + ")";
        }
        if (failure instanceof SSLException)
        {
            return tls(failure, server, certificate);
        }
        return oneLine(failure.getMessage() == null ? failure.toString() : failure.getMessage());
    }

    private static String tls(final IOException failure, final String server, final @Nullable String certificate)
    {
        final Throwable root = root(failure);
        final String message = String.valueOf(root.getMessage());
        final Matcher refusal = REFUSAL.matcher(message);
        if (refusal.matches())
        {
            return "TLS failed: " + server + " refuses " + (certificate == null ?
                "clients without a certificate" : "the certificate " + certificate) + " (" + refusal.group(1) + ")";
        }
        // For a certificate outside its validity the JDK's message is only a date.
        return "TLS failed: " +
            (root instanceof CertificateExpiredException ? server + "'s certificate has expired (" + message + ")" :
            root instanceof CertificateNotYetValidException ?
                server + "'s certificate is not valid yet (" + message + ")" : oneLine(message));
    }

    /** The exceptions around it only name classes of the JDK. */
    private static Throwable root(final Throwable error)
    {
        Throwable root = error;
        while (root.getCause() != null && root.getCause().getMessage() != null)
        {
            root = root.getCause();
        }
        return root;
    }

    /**
     * @param text of a server.
     * @return its beginning as one line.
     */
    public static String oneLine(final @Nullable String text)
    {
        final String line = String.valueOf(text).strip().replaceAll("\\s+", " ");
        return line.length() <= MAX_TEXT ? line : line.substring(0, MAX_TEXT) + "…";
    }
}
