/**
 * Tests against etcd as Debian packages it, started by the tests on loopback; they skip where there is no {@code etcd}
 * on the path. {@link io.overlane.flannel.etcd.EtcdServer} is for other modules' integration tests too.
 */
package io.overlane.flannel.etcd;
