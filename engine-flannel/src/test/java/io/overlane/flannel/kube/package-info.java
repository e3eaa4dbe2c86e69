/** Tests of annotations. */
package io.overlane.flannel.kube;
