// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.file;

import java.io.IOException;
import java.nio.file.Path;

/**
 * {@code 10-flannel.conflist}: tells a container runtime to attach pods by the flannel CNI plugin, which reads
 * {@code subnet.env}. The content is that of flannel's Kubernetes manifest.
 */
public final class CniConfig
{
    /** Where container runtimes look. */
    public static final Path DEFAULT_PATH = Path.of("/etc/cni/net.d/10-flannel.conflist");

    private CniConfig()
    {
    }

    /**
     * The text of the file.
     *
     * @param name       of the network, {@code cbr0} in flannel's manifest.
     * @param subnetFile where the plugin finds {@code subnet.env}; named only if it is not the default.
     * @return JSON.
     */
    public static String toText(final String name, final Path subnetFile)
    {
        final String lines = SubnetFile.DEFAULT_PATH.equals(subnetFile) ? "" :
            "      \"subnetFile\": \"" + escaped(subnetFile.toString()) + "\",\n";
        return """
            {
              "name": "%s",
              "cniVersion": "0.3.1",
              "plugins": [
                {
                  "type": "flannel",
            %s      "delegate": {
                    "hairpinMode": true,
                    "isDefaultGateway": true
                  }
                },
                {
                  "type": "portmap",
                  "capabilities": {
                    "portMappings": true
                  }
                }
              ]
            }
            """.formatted(escaped(name), lines);
    }

    /**
     * Write it if that changes anything: runtimes watch the directory and would load the same again.
     *
     * @param file       the place.
     * @param name       of the network.
     * @param subnetFile where the plugin finds {@code subnet.env}.
     * @return true if it was written.
     * @throws IOException if it cannot be written.
     */
    public static boolean write(final Path file, final String name, final Path subnetFile) throws IOException
    {
        return AtomicFile.writeIfChanged(file, toText(name, subnetFile));
    }

    private static String escaped(final String text)
    {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }
}
