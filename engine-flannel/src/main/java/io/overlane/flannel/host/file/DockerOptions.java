// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.file;

import io.overlane.address.IpPrefix;
import io.overlane.address.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Options for Docker's daemon, made from {@code subnet.env}: what flannel's {@code mk-docker-opts.sh} prints into
 * {@code /run/docker_opts.env}.
 *
 * @param individual  a line for each option, e.g. {@code DOCKER_OPT_MTU="--mtu=1450"} ({@code -i}).
 * @param combined    one line with all options ({@code -c}).
 * @param combinedKey name of that line ({@code -k}).
 * @param withIpMasq  false leaves {@code --ip-masq} out, which old Docker versions do not know ({@code -m}).
 */
public record DockerOptions(boolean individual, boolean combined, String combinedKey, boolean withIpMasq)
{
    /** The default of {@code -k}. */
    public static final String DEFAULT_KEY = "DOCKER_OPTS";

    private static final String OPTION_PREFIX = "DOCKER_OPT_";
    private static final String SUBNET = "FLANNEL_SUBNET";
    private static final String NAME = "[A-Za-z_][A-Za-z0-9_]*";

    /**
     * If neither individual nor combined is set, both are.
     *
     * @throws IllegalArgumentException if the key cannot be the name of a variable.
     */
    public DockerOptions
    {
        if (!combinedKey.matches(NAME))
        {
            throw new IllegalArgumentException("'" + combinedKey + "' cannot be the name of a variable");
        }
        if (!individual && !combined)
        {
            individual = true;
            combined = true;
        }
    }

    /**
     * @param variables of the caller and of {@code subnet.env}: {@code DOCKER_OPT_…} become options too, and the
     *                  value of the combined key stands before the others.
     * @return text of the file.
     * @throws IOException if {@code FLANNEL_IPMASQ} is neither true nor false; one line.
     */
    String toText(final Map<String, String> variables) throws IOException
    {
        final Map<String, String> options = new TreeMap<>();
        variables.forEach((name, value) ->
        {
            if (name.startsWith(OPTION_PREFIX) && name.matches(NAME))
            {
                options.put(name, value);
            }
        });
        addOptions(variables, options);

        final StringBuilder text = new StringBuilder();
        final String before = variables.getOrDefault(combinedKey, "");
        final StringBuilder all = new StringBuilder(before.isEmpty() ? "" : before + " ");
        options.forEach((name, value) ->
        {
            if (individual)
            {
                text.append(name).append("=\"").append(value).append("\"\n");
            }
            all.append(' ').append(value);
        });
        if (combined)
        {
            text.append(combinedKey).append("=\"").append(all).append("\"\n");
        }
        return text.toString();
    }

    /**
     * Read {@code subnet.env}, and write Docker's file: atomically, or in place if it is a pipe or a device.
     *
     * @param subnetFile  to read; if it does not exist, only the environment counts.
     * @param environment variables of the caller; those of {@code subnetFile} override them.
     * @return all these variables.
     * @throws IOException if {@code FLANNEL_IPMASQ} is neither true nor false, or a file cannot be read or written; one
     *     line.
     */
    public Map<String, String> write(
        final Path subnetFile, final Path dockerFile, final Map<String, String> environment) throws IOException
    {
        final Map<String, String> variables = new HashMap<>(environment);
        if (Files.isRegularFile(subnetFile))
        {
            variables.putAll(EnvironmentText.parse(Files.readString(subnetFile), environment));
        }
        AtomicFile.write(dockerFile, toText(variables));
        return variables;
    }

    /**
     * Find a route that leads the node's subnet to another host: Docker's bridge is about to get this subnet.
     *
     * @param variables those of {@code subnet.env}.
     * @param routes    output of {@code ip route show}.
     * @return the conflicting route, if there is one.
     */
    public static Optional<String> conflictingRoute(final Map<String, String> variables, final String routes)
    {
        final String subnet = variables.getOrDefault(SUBNET, "");
        if (subnet.isEmpty())
        {
            return Optional.empty();
        }
        final String base = IpPrefix.parse(subnet).base() + " ";
        return routes.lines()
            .filter(route -> route.startsWith(base) && route.contains(" via "))
            .map(String::strip)
            .findFirst();
    }

    private void addOptions(final Map<String, String> variables, final Map<String, String> options) throws IOException
    {
        final String subnet = variables.getOrDefault(SUBNET, "");
        if (!subnet.isEmpty())
        {
            options.put(OPTION_PREFIX + "BIP", "--bip=" + subnet);
        }
        final String mtu = variables.getOrDefault("FLANNEL_MTU", "");
        if (!mtu.isEmpty())
        {
            options.put(OPTION_PREFIX + "MTU", "--mtu=" + mtu);
        }
        final String ipMasq = variables.getOrDefault("FLANNEL_IPMASQ", "");
        if (!ipMasq.isEmpty() && withIpMasq)
        {
            if (!"true".equals(ipMasq) && !"false".equals(ipMasq))
            {
                throw new IOException("FLANNEL_IPMASQ: '" + Printable.line(ipMasq) + "' is neither true nor false");
            }
            // Either Docker or flannel masquerades, not both.
            options.put(OPTION_PREFIX + "IPMASQ", "--ip-masq=" + "false".equals(ipMasq));
        }
    }
}
