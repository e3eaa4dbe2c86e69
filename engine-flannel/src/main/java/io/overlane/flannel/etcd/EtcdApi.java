// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import io.overlane.flannel.registry.Registry;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** The versions of etcd's interface. Their stores do not see each other, even in one server. */
public enum EtcdApi
{
    /** What flannel up to 0.17 speaks, and etcd up to 3.5 with {@code --enable-v2}. */
    V2(EtcdV2Registry::new),

    /** What flannel from 0.18 on speaks, and etcd from 3.4 on here. */
    V3(EtcdV3Registry::new);

    private final BiFunction<EtcdOptions, Consumer<String>, Registry> opener;

    EtcdApi(final BiFunction<EtcdOptions, Consumer<String>, Registry> opener)
    {
        this.opener = opener;
    }

    /**
     * @param options where etcd is.
     * @param notices takes one line for each thing an operator should know; called on any thread.
     * @return the leases kept there.
     * @throws IllegalArgumentException if a file of TLS cannot be used; one line that names it.
     */
    public Registry open(final EtcdOptions options, final Consumer<String> notices)
    {
        return opener.apply(options, notices);
    }
}
