// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.file;

import java.io.IOException;
import java.nio.file.Path;

/**
 * {@code 10-flannel.conflist}, by which a container runtime attaches pods with the flannel CNI plugin, which reads
 * {@code subnet.env}. The content is that of flannel's Kubernetes manifest.
 */
public final class CniConfig
{
    /** Where container runtimes look for it. */
    public static final Path DEFAULT_PATH = Path.of("/etc/cni/net.d/10-flannel.conflist");

    private CniConfig()
    {
    }

    /**
     * @param name       of the network, {@code cbr0} in flannel's manifest.
     * @param subnetFile where the plugin finds {@code subnet.env}; written only if it is not the default.
     * @return the content, JSON.
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
     * Write the file if its content differs: runtimes watch the directory and would load the same content again.
     *
     * @param subnetFile where the plugin finds {@code subnet.env}.
     * @return true if it was written.
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
