//! A function with RDS's client alone.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    clients::serve(clients::rds).await
}
