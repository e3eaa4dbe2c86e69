// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import java.nio.file.Path;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Explains to an operator why TLS failed. */
final class TlsFailure
{
    /** Alerts of RFC 8446 §6.2 that etcd sends when it refuses a client. */
    private static final Pattern REFUSAL =
        Pattern.compile(".*Received fatal alert: (\\w*certificate\\w*|unknown_ca|access_denied)");

    private TlsFailure()
    {
    }

    /**
     * @param failure thrown by the JDK.
     * @return one line.
     */
    static String line(final SSLException failure, final @Nullable Path certificate)
    {
        final Throwable root = root(failure);
        final String message = String.valueOf(root.getMessage());
        final Matcher refusal = REFUSAL.matcher(message);
        if (refusal.matches())
        {
            return "TLS failed: etcd refuses " + (certificate == null ?
                "clients without a certificate" : "the certificate " + certificate) + " (" + refusal.group(1) + ")";
        }
        // For a certificate outside its validity the JDK's message is only a date.
        return "TLS failed: " +
            (root instanceof CertificateExpiredException ? "etcd's certificate has expired (" + message + ")" :
            root instanceof CertificateNotYetValidException ? "etcd's certificate is not valid yet (" + message + ")" :
            EtcdHttp.oneLine(message));
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
}
