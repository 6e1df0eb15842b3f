//! A function with Route 53's client alone.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    clients::serve(clients::route53).await
}
